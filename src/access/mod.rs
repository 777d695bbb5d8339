//! Who may what: rights, roles, scope, and the rules for passwords, sessions and locks.
//!
//! Accounts and sessions are stored in the catalog; what they mean is decided here.
//! Times are milliseconds since 1970-01-01 UTC and are always handed in.

mod account;
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
mod tests;

pub use account::{
    ALL, AccountError, Doer, NewAccount, NewRights, add, change_password, change_rights,
    close, reset_password,
};
pub use lock::LOCK_MS;
pub use password::PasswordError;
pub use role::{Right, Rights, Role, RoleError};
pub use scope::Scope;
pub use sensitive::{Sensitive, SensitiveError};
pub use session::{IDLE_ACCOUNT_MS, SessionState, session_state};
pub use sign_in::sign_in;
pub use token::{Token, TokenError};
pub use trail::{TrailError, query_digest, trail_key, write_trail};
