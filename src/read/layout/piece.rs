//! Pieces of ink that lines are put together from.

use crate::clean::Run;
use crate::model::Point;

/// A connected piece of ink, or the part of one that belongs to one line.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Leftmost column.
    pub(super) left: i32,
    /// Topmost row.
    pub(super) top: i32,
    /// Column after the rightmost.
    pub(super) right: i32,
    /// Row after the lowest.
    pub(super) bottom: i32,
    /// Number of ink pixels.
    pub(super) area: i32,
    /// Top to bottom.
    pub(super) runs: Vec<Run>,
}

impl Piece {
    /// The piece of the given ink; `None` if there is none.
    pub(super) fn of(runs: Vec<Run>) -> Option<Self> {
        Some(Self {
            left: runs.iter().map(|run| run.from).min()?,
            top: runs.iter().map(|run| run.row).min()?,
            right: runs.iter().map(|run| run.to).max()?,
            bottom: runs.iter().map(|run| run.row).max()? + 1,
            area: runs.iter().map(Run::len).sum(),
            runs,
        })
    }

    /// All of them as one piece; `None` if there are none.
    pub(super) fn joined(pieces: &[Self]) -> Option<Self> {
        Self::of(pieces.iter().flat_map(|piece| &piece.runs).copied().collect())
    }

    /// The point in the middle of the box around it.
    pub(super) fn centre(&self) -> Point {
        Point {
            x: (self.left + self.right) as f32 / 2.0,
            y: (self.top + self.bottom) as f32 / 2.0,
        }
    }

    /// Pixels from left to right.
    pub(super) fn width(&self) -> i32 {
        self.right - self.left
    }

    /// Pixels from top to bottom.
    pub(super) fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// Middle between left and right.
    pub(super) fn centre_x(&self) -> f32 {
        (self.left + self.right) as f32 / 2.0
    }

    /// Middle between top and bottom.
    pub(super) fn centre_y(&self) -> f32 {
        (self.top + self.bottom) as f32 / 2.0
    }

    /// The rows that both share, in pixels; negative if they do not.
    pub(super) fn shared_rows(&self, other: &Self) -> i32 {
        self.bottom.min(other.bottom) - self.top.max(other.top)
    }
}
