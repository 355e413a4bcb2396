"""Small real things that the tests start: servers, proxies, browsers, programs of others."""
