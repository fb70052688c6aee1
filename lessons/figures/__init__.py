"""Maps and diagrams: their pages, and how they are shown where a text has one."""
