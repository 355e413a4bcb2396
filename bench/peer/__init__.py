"""The servers that are measured beside ours, each set up as its own documentation says."""
