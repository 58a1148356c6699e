"""Runs Millstream and its peers on the same work and writes what came of it."""
