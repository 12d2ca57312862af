"""Personal data: erase a person everywhere with a certificate, give them theirs, close an organization."""
