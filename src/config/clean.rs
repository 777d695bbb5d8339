//! What is done to the picture of a page before it is read.

/// One thing that is done to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CleanStep {
    /// Red ink of stamps is faded, so that the text below can be read.
    Stamps,
    /// Light writing on dark paper is turned over: covers of certificates, microfilm.
    Negative,
    /// Uneven light, yellow paper and stains are levelled out.
    Light,
    /// The black around the paper, which a scanner's lid leaves, is painted over.
    Border,
    /// Pages on their side or on their head are turned upright.
    Orientation,
    /// Pages that were put in askew are turned level.
    Deskew,
}

impl CleanStep {
    /// Every step, in the order in which a page meets them.
    pub const ALL: [Self; 6] = [
        Self::Stamps,
        Self::Negative,
        Self::Light,
        Self::Border,
        Self::Orientation,
        Self::Deskew,
    ];

    /// The name in configuration files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stamps => "stamps",
            Self::Negative => "negative",
            Self::Light => "light",
            Self::Border => "border",
            Self::Orientation => "orientation",
            Self::Deskew => "deskew",
        }
    }
}

/// Why a list of steps cannot be followed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CleanError {
    /// There is no such step.
    #[error("there is no cleaning step `{name}`")]
    UnknownStep {
        /// As written.
        name: String,
    },
    /// A step is named twice.
    #[error("cleaning step `{name}` is named twice")]
    NamedTwice {
        /// Its name.
        name: &'static str,
    },
}

/// Which steps are taken; always a set that can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanConfig {
    steps: Vec<CleanStep>,
}

impl Default for CleanConfig {
    /// All steps.
    fn default() -> Self {
        Self { steps: CleanStep::ALL.to_vec() }
    }
}

impl CleanConfig {
    /// The steps of the given names; their order is fixed whatever the order of names.
    ///
    /// # Errors
    ///
    /// If a name is unknown or stands twice.
    pub fn of_steps<'a>(
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, CleanError> {
        let mut steps = Vec::new();
        for name in names {
            let step = CleanStep::ALL
                .into_iter()
                .find(|step| step.name() == name)
                .ok_or_else(|| CleanError::UnknownStep { name: name.to_owned() })?;
            if steps.contains(&step) {
                return Err(CleanError::NamedTwice { name: step.name() });
            }
            steps.push(step);
        }
        Ok(Self { steps })
    }

    /// The names of the steps, in the order in which a page meets them.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        CleanStep::ALL.into_iter().filter(|step| self.has(*step)).map(CleanStep::name)
    }

    /// Whether `step` is taken.
    pub fn has(&self, step: CleanStep) -> bool {
        self.steps.contains(&step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_taken_by_name_in_their_own_order() {
        let some = CleanConfig::of_steps(["deskew", "stamps"]).unwrap();
        assert_eq!(some.names().collect::<Vec<_>>(), ["stamps", "deskew"]);
        assert!(some.has(CleanStep::Deskew) && !some.has(CleanStep::Light));
        let all = CleanConfig::of_steps(CleanStep::ALL.map(CleanStep::name)).unwrap();
        assert_eq!(all, CleanConfig::default());
        assert_eq!(CleanConfig::of_steps([]).unwrap().names().count(), 0);
    }

    #[test]
    fn a_step_that_there_is_none_of_or_that_stands_twice_is_refused() {
        let unknown = CleanConfig::of_steps(["lights"]).unwrap_err();
        assert_eq!(unknown.to_string(), "there is no cleaning step `lights`");
        let twice = CleanConfig::of_steps(["light", "light"]).unwrap_err();
        assert_eq!(twice, CleanError::NamedTwice { name: "light" });
    }
}
