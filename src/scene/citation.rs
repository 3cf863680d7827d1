//! How to cite the page as it is.

/// The day on which a reader looked at the page, which only the page knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: u32,
    /// From 1 to 12.
    pub month: u32,
    /// From 1 to 31.
    pub day: u32,
}

const TITLE: &str = "Does dropout keep the standard deviation?";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// When this version came out.
const YEAR: u32 = 2026;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// An entry for BibTeX and BibLaTeX, with the address that shows what the reader sees.
///
/// ```
/// use dropout_moments::scene::{Date, bibtex};
///
/// let date = Date { year: 2026, month: 11, day: 5 };
/// let entry = bibtex("https://example.org/#p=0.5&mu=1", date);
/// assert!(entry.contains("{\\url{https://example.org/#p=0.5&mu=1}},\n"), "{entry}");
/// assert!(entry.contains("accessed 2026-11-05}\n"), "{entry}");
/// ```
#[must_use]
pub fn bibtex(link: &str, date: Date) -> String {
    let Date { year, month, day } = date;
    // What would end the field: a reader's own keys stay in the link as they are.
    let link = link
        .replace('{', "%7B")
        .replace('}', "%7D")
        .replace('\\', "%5C");
    format!(
        "@misc{{dropout-moments,\n  author = {{{{Dropout Moments contributors}}}},\n  title = \
         {{{{{TITLE}}}}},\n  year = {{{YEAR}}},\n  howpublished = {{\\url{{{link}}}}},\n  note = \
         {{Dropout Moments {VERSION}, accessed {year}-{month:02}-{day:02}}}\n}}\n"
    )
}

/// A reference as the American Psychological Association wants it (7th edition, 10.10).
///
/// ```
/// use dropout_moments::scene::{Date, apa};
///
/// let date = Date { year: 2026, month: 11, day: 5 };
/// let reference = apa("https://example.org/#p=0.5", date);
/// assert!(reference.ends_with("Retrieved November 5, 2026, from https://example.org/#p=0.5"));
/// ```
#[must_use]
pub fn apa(link: &str, date: Date) -> String {
    let Date { year, month, day } = date;
    let month = (month.checked_sub(1)).and_then(|index| MONTHS.get(index as usize));
    format!(
        "Dropout Moments contributors. ({YEAR}). {TITLE} (Version {VERSION}) [Interactive web page]. \
         Retrieved {} {day}, {year}, from {link}",
        month.unwrap_or(&"")
    )
}
