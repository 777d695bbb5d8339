//! Errors as one line.

use std::error::Error;

/// What an error says, with all its causes.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{says}")]
    struct Failure {
        says: &'static str,
        source: Option<Box<Failure>>,
    }

    #[test]
    fn causes_follow_in_their_order_to_the_last() {
        let failure = |says, source: Option<Failure>| Failure {
            says,
            source: source.map(Box::new),
        };
        let disk = failure("the disk is full", None);
        assert_eq!(with_causes(&disk), "the disk is full");
        let page = failure("page 3", Some(failure("cannot be kept", Some(disk))));
        assert_eq!(with_causes(&page), "page 3: cannot be kept: the disk is full");
    }
}
