"""The page: what a browser loads, as it is. No build step; ``vendor/`` holds libraries with their licences.

- ``index.html`` loads ``app.js``, which shows what the address names.
- ``trends.js`` (the list, live; ``spark.js``), ``topic.js`` (one topic; ``plot.js``), ``user.js``,
  ``health.js``.
- ``api.js`` asks the API, ``words.js`` says numbers, times and scopes.
"""
