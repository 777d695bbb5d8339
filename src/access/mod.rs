//! Who may what: rights, roles, scope, and the rules for passwords, sessions and locks.
//!
//! Accounts and sessions are stored in the catalog; what they mean is decided here.
//! Times are milliseconds since 1970-01-01 UTC and are always handed in.

mod account;
mod by_provider;
mod id_token;
mod lock;
mod password;
mod role;
mod scope;
mod sensitive;
mod session;
mod sign_in;
mod token;
mod trail;
#[cfg(test)]
pub(crate) mod signing;
#[cfg(test)]
mod tests;

pub use account::{
    ALL, AccountError, Doer, NewAccount, NewRights, add, change_password, change_rights,
    close, come_by_provider, reset_password,
};
pub use by_provider::{Entrance, sign_in_by_provider};
pub use id_token::{Claimed, Expected, IdTokenError, KeySet, read_id_token};
pub use lock::LOCK_MS;
pub use password::PasswordError;
pub use role::{Right, Rights, Role, RoleError};
pub use scope::Scope;
pub use sensitive::{Sensitive, SensitiveError};
pub use session::{IDLE_ACCOUNT_MS, SessionState, session_state};
pub use sign_in::sign_in;
pub use token::{Token, TokenError};
pub use trail::{TrailError, query_digest, trail_key, write_trail};
