"""Tests of the letters that say what is new and due."""
