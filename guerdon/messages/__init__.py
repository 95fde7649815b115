"""Messages: what goes over the wire, as the service answers it and the Python client reads it.

One file a resource. Each message is a frozen Struct; the OpenAPI description is made from them. Events go over the wire
as ``guerdon.core.events`` has them. Times are UTC with their zone, amounts are whole numbers in the smallest part of
their unit; a number above 2^53 goes as a text, because JavaScript would round it.

What does not belong here: anything that does something.
"""
