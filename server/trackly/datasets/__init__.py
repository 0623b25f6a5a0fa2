"""Ready-made datasets: what can be reported on without SQL, within the reader's rights, as one SELECT."""
