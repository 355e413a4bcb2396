"""Help for the tests of an application that Watchword guards, or that calls one."""
