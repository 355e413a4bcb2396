"""The page that a vendor gives its customers, made of an issuer's settings and its dialect.

facts       what the server does, as plain data: nothing of any customer, nothing secret
samples     programs that ask for a token, from the very request that a caller sends
document    the facts in our words, as blocks
markdown    the blocks as Markdown
html        the blocks as one HTML file that needs nothing else
"""
