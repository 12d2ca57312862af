"""The servers of the demo world, each on a loopback port: sites behind a proxy, names, mailboxes, providers, control."""
