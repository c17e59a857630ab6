"""Widgets: each shows the values it is given and says, by a message, what the user did to it.

None of them calls the desk.
"""
