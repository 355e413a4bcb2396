"""The pytest plug-in: mint tokens and run a server in the tests of a guarded application.

pytest loads this file on every run of every project that has Watchword installed. So it imports
nothing of Watchword, nothing heavy, and registers no hook: all work is inside the fixtures.
"""
