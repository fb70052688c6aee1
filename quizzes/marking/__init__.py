"""Essays marked by a tutor: a queue by question, names hidden, marks drafted first and released when they are ready."""
