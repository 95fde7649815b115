"""The works: what runs by itself, in one process beside those that answer requests.

The clock settles what falls due, the relay carries events from member to member, and whatever else needs nobody to ask
for it. Any number of these processes may stand by; one holds the lease and works. Each part is a function that does
what there is to do and returns; ``running.py`` calls them again and again, and none may stop the others by failing.

What does not belong here: anything that a caller waits for.
"""
