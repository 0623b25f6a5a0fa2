"""What reports read beside Trackly's own numbers: databases elsewhere, and tables that somebody uploaded."""
