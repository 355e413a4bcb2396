"""The command line. `main` starts it; each group of commands is a module, loaded when it is used.

To add a command: a function in its group's module with `@leaf(group, name, example=…)`. To add a
group: a module here and a line in `root.GROUPS`.
"""
