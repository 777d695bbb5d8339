//! What was decided in files: as written, then checked. Unknown keys are refused.

pub mod archive;
pub mod clean;
pub mod gazetteer;
pub mod index;
pub mod kind;
pub mod lookup;
pub mod names;
pub mod oidc;

/// The folder `pipelines/` as it was when the program was built.
static PIPELINES: include_dir::Dir<'_> =
    include_dir::include_dir!("$CARGO_MANIFEST_DIR/pipelines");

/// The definitions that are built into the program.
///
/// # Errors
///
/// Every mistake in a definition, with file and line or key.
pub fn built_in_kinds() -> Result<kind::Kinds, kind::KindError> {
    kind::Kinds::embedded(&PIPELINES)
}
