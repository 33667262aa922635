"""Pictures that verbs write with --plot. Only these modules know matplotlib, and load it when asked.

interests.py  a person's interests over time
loss.py       progressive log-loss and calibration
figure.py     what they share: the canvas, the file, the words when matplotlib is missing
"""
