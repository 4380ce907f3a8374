//! The store: its domain, its protocols, and the port to the database.
