"""Requests for credentials over HTTP: a form for anyone, and the page on which a code is claimed.

page.py       the two pages, under a strict content security policy
endpoint.py   what answers them
"""
