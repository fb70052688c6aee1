"""The letter that says what is new and due: what is in it, when it goes, and how one gets no more of them."""
