// Required before a program, it makes Node resolve *.localhost as curl and browsers do (RFC 6761, 6.3).
const dns = require('node:dns');
const lookup = dns.lookup;
dns.lookup = (hostname, ...rest) =>
  lookup(hostname.endsWith('.localhost') ? '127.0.0.1' : hostname, ...rest);
