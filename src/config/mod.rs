//! What was decided in files: as written, then checked. Unknown keys are refused.

pub mod archive;
pub mod gazetteer;
pub mod index;
pub mod kind;
