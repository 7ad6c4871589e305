//! What the fuzz targets call: the same functions as the tests do.

#[path = "../../tests/hosting/tried.rs"]
mod tried;

pub use tried::*;
