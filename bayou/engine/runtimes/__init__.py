"""Runtimes: each runs a member's tower and decoder behind ``bayou.engine.runtime.Runtime``. None knows another."""
