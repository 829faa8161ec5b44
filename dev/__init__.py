"""What the commands in ``bin/`` are made of: a folder each, on one toolchain."""
