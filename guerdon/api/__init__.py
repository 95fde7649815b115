"""The HTTP service: one file a resource, thin.

A handler reads the request, calls one function, and shapes the answer.

``app.py`` puts the application together from an explicit list; ``service.py`` holds what all handlers of a worker
share; ``access.py`` lets requests in; ``problems.py`` turns every "no" and every failure into an RFC 9457 document.

What does not belong here: rules of loyalty (core, mechanics), SQL (store), and anything the command line needs too.
"""
