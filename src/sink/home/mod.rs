//! The home directory: what would change there ([`plan`]), and changing it ([`apply`]).
//!
//! Everything is decided before the first byte is written. A file of ours is replaced; where the user's own settings
//! stand in a file, too, ours are kept between two comment lines and nothing else of it is touched; what a program
//! writes anew while it runs is put there once. Whatever belongs to the user or to another tool is refused, or, by
//! force, kept as a backup. No symbolic link is followed out of the home directory.

pub mod apply;
mod block;
mod owner;
pub mod places;
pub mod plan;
pub mod state;

pub use places::Places;
pub use plan::{Alone, Change, Plan, Removal, What, plan};
pub use state::State;
