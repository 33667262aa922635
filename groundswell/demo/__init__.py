"""The demonstration: a stack, a scenario with known truth or a file of one's own, the job, and a verdict.

plan.py     what to show and how
feed.py     the events, by the same producer command that users run
ticks.py    events without topics that move event time on and so close the last panes
page.py     the page in a browser
collector.py  the pipeline's health for the page
verdict.py  what was found, against what was planted
run.py      the whole, in order
"""
