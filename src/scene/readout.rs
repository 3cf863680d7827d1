//! What can be read off a figure: its values at a place that the reader points at, and its data as
//! a table.

/// A figure as its reader goes through it.
pub trait Readable {
    /// What the figure shows, in words.
    fn summary(&self) -> &str;

    /// Where on the x axis a cursor can stand, from left to right; none where there is nothing to
    /// read.
    fn places(&self) -> Vec<f64>;

    /// Puts the cursor at one of the places, or takes it away.
    fn point_at(&mut self, place: Option<f64>);

    /// The cursor, where there is one.
    fn cursor(&self) -> Option<&Cursor>;

    /// The figure's data.
    fn table(&self) -> Table;
}

/// A line across a figure, with what its series are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// Where it stands on the x axis.
    pub place: f64,
    /// What that place is called.
    pub label: String,
    /// What is read there: one a series, in the order in which the figure has them.
    pub readings: Vec<Reading>,
    /// The same in words.
    pub words: String,
}

/// A series at the place of the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Its value, which may lie outside of the figure, and be infinite.
    pub value: f64,
    /// What is written beside it, line by line.
    pub lines: Vec<String>,
}

/// Data in rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is a table of.
    pub caption: String,
    /// What each column is; the first is the head of the rows.
    pub columns: Vec<&'static str>,
    /// The cells, row by row, in each as many as there are columns.
    pub cells: Vec<String>,
}

impl Table {
    /// The rows, from the top.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[String]> {
        self.cells.chunks(self.columns.len().max(1))
    }
}

/// The place of those from left to right that is nearest to `wanted`.
#[must_use]
pub fn nearest(places: &[f64], wanted: f64) -> Option<usize> {
    let distance = |index: &usize| (places[*index] - wanted).abs();
    (0..places.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The multiples of 1, 2 or 5 times a power of ten from `low` to `high`: at most so many and one,
/// and not many fewer.
pub(super) fn round_places((low, high): (f64, f64), most: f64) -> Vec<f64> {
    let finest = (high - low) / most;
    let mut power = 1.0;
    while power > finest {
        power /= 10.0;
    }
    while 10.0 * power <= finest {
        power *= 10.0;
    }
    let step = power
        * match finest / power {
            ..=1.0 => 1.0,
            ..=2.0 => 2.0,
            ..=5.0 => 5.0,
            _ => 10.0,
        };
    let mut places = Vec::new();
    let mut multiple = (low / step).ceil();
    while multiple * step <= high {
        // Adding 0 makes a -0 into 0.
        places.push(multiple * step + 0.0);
        multiple += 1.0;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_round_and_of_the_wanted_number() {
        assert_eq!(round_places((0.0, 4.0), 4.0), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(
            round_places((-2.2, 1.1), 8.0),
            [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0]
        );
        assert_eq!(round_places((0.0, 1000.0), 5.0).len(), 6);
        for width in [1e-6, 0.3, 0.99, 1.0, 7.0, 96.0, 1e9] {
            let count = round_places((-0.41 * width, 0.59 * width), 160.0).len();
            assert!((60..=161).contains(&count), "{width}: {count}");
        }
    }

    #[test]
    fn the_nearest_place_is_found() {
        let places = [-1.0, 0.0, 4.0];
        assert_eq!(nearest(&places, -7.0), Some(0));
        assert_eq!(nearest(&places, 1.9), Some(1));
        assert_eq!(nearest(&places, 2.1), Some(2));
        assert_eq!(nearest(&[], 0.0), None);
    }
}
