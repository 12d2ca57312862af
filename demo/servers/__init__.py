"""The servers of the demo world, each on a loopback port."""
