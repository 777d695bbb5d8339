//! Cells of tables that other programs open.

/// Excel takes a CSV file for UTF-8 only if it begins with this mark.
pub const UTF8_MARK: &str = "\u{feff}";

/// A cell that a table program does not take for a formula: one that begins like a formula
/// gets an apostrophe before it.
///
/// `-` begins a formula too, but also a number, and a value that is struck out on the paper
/// (`-/-`): it is guarded where letters or digits follow that are no number.
///
/// ```
/// use sohoa::model::harmless;
/// assert_eq!(harmless("=1+1"), "'=1+1");
/// assert_eq!(harmless("-2+3"), "'-2+3");
/// assert_eq!(harmless("-/-"), "-/-");
/// ```
pub fn harmless(cell: &str) -> String {
    let begins = cell.trim_start_matches(' ');
    let is_formula = match begins.strip_prefix('-') {
        Some(rest) => {
            let is_number = rest.chars().all(|letter| {
                letter.is_ascii_digit() || ['.', ',', ' '].contains(&letter)
            });
            !is_number && rest.chars().any(char::is_alphanumeric)
        }
        None => begins.starts_with(['=', '+', '@', '\t', '\r', '\n']),
    };
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_looks_like_a_formula_is_kept_from_being_one() {
        for cell in [
            "=1+1",
            " =1+1",
            "+84912345678",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "-2+3+cmd|' /C calc'!A0",
            "-A1",
            "--A1",
        ] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        for cell in
            ["", "-", "-/-", "--", "-12", "-1,5", "Lò Văn Mẫu", "15-9-1995", "a=b"]
        {
            assert_eq!(harmless(cell), cell);
        }
    }
}
