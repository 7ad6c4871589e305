//! (clients)
