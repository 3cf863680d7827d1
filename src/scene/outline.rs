//! The outline of where a function is positive, from its values on a grid.

/// A point of the outline, and whether it lies on the edge of the grid.
pub type OutlinePoint = ((f64, f64), bool);

/// Closed lines around where the function is more than 0, which lies at their left; at the edge of the
/// grid they follow that.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline {
    /// The last point of each is also its first.
    pub rings: Vec<Vec<OutlinePoint>>,
}

impl Outline {
    /// Of a function with these values at the points of a grid of so many to a side, row by row, that
    /// reaches from -reach to reach along both axes.
    ///
    /// Marching squares (Lorensen and Cline 1987, in the plane) with linear interpolation; where two
    /// opposite corners of a square are positive, they are kept apart. The crate `contour` does the
    /// same, but weighs 11 KB where this weighs one.
    pub(super) fn new(values: &[f32], side: usize, reach: f64) -> Self {
        // Around the grid lies a rim of points where the function counts as negative.
        let width = side + 2;
        let inner = |at: usize| (at > 0 && at <= side).then(|| at - 1);
        let value = |column: usize, row: usize| {
            let index = inner(row)? * side + inner(column)?;
            values.get(index).copied().map(f64::from)
        };
        let is_high = |column, row| value(column, row).is_some_and(|value| value > 0.0);
        // The edge to the right of a point has twice the number of the point, that above it one more.
        let edge = |column: usize, row: usize, up: usize| 2 * (row * width + column) + up;
        let mut next: Vec<Option<usize>> = vec![None; 2 * width * width];
        for row in 0..width - 1 {
            for column in 0..width - 1 {
                // Counter-clockwise from the lower left; edge k is between corners k and k + 1.
                let (right, above) = (column + 1, row + 1);
                let high = [(column, row), (right, row), (right, above), (column, above)]
                    .map(|(column, row)| is_high(column, row));
                let edges = [
                    edge(column, row, 0),
                    edge(right, row, 1),
                    edge(column, above, 0),
                    edge(column, row, 1),
                ];
                for last in 0..4 {
                    if high[last] && !high[(last + 1) % 4] {
                        let mut first = last;
                        while high[(first + 3) % 4] {
                            first = (first + 3) % 4;
                        }
                        next[edges[last]] = Some(edges[(first + 3) % 4]);
                    }
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
        let place = |at: f64| (2.0 * (at - 1.0) / (side - 1) as f64 - 1.0) * reach;
        let crossing = |edge: usize| -> OutlinePoint {
            let (point, up) = (edge / 2, edge % 2);
            let (column, row) = (point % width, point / width);
            let ends = [value(column, row), value(column + 1 - up, row + up)];
            let (along, is_on_edge) = match ends {
                [Some(from), Some(to)] => (from / (from - to), false),
                [None, _] => (1.0, true),
                [_, None] => (0.0, true),
            };
            #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
            let [mut x, mut y] = [column, row].map(|at| at as f64);
            if up == 1 {
                y += along;
            } else {
                x += along;
            }
            ((place(x), place(y)), is_on_edge)
        };
        let mut rings = Vec::new();
        for start in 0..next.len() {
            let mut ring = Vec::new();
            let mut at = start;
            while let Some(following) = next[at].take() {
                ring.push(crossing(at));
                at = following;
            }
            if !ring.is_empty() {
                ring.push(crossing(start));
                rings.push(ring);
            }
        }
        Self { rings }
    }

    /// The lines where the function is 0, without those along the edge of the grid.
    #[must_use]
    pub fn lines(&self) -> Vec<Vec<(f64, f64)>> {
        let mut lines = Vec::new();
        for ring in &self.rings {
            let mut line = Vec::new();
            for pair in ring.windows(2) {
                let [(from, from_edge), (to, to_edge)] = [pair[0], pair[1]];
                if from_edge || to_edge {
                    lines.push(std::mem::take(&mut line));
                    continue;
                }
                if line.is_empty() {
                    line.push(from);
                }
                line.push(to);
            }
            lines.push(line);
        }
        lines.retain(|line| line.len() > 1);
        lines
    }

    /// One polygon that covers the same, with the rings as its parts: from the first point of each it
    /// goes on to the next, and at the end the same way back.
    #[must_use]
    pub fn polygon(&self) -> Vec<(f64, f64)> {
        let points = self.rings.iter().flatten().map(|(point, _)| *point);
        let back = self.rings.iter().rev().filter_map(|ring| ring.first());
        points.chain(back.map(|(point, _)| *point)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(side: usize, function: impl Fn(f32, f32) -> f32) -> Outline {
        let place = |at: usize| 4.0 * at as f32 / (side - 1) as f32 - 2.0;
        let points = (0..side * side).map(|at| (place(at % side), place(at / side)));
        let values: Vec<_> = points.map(|(x, y)| function(x, y)).collect();
        Outline::new(&values, side, 2.0)
    }

    /// Twice the area to the left of closed lines, by Gauss's formula.
    fn doubled_area(points: &[(f64, f64)]) -> f64 {
        let next = points.iter().cycle().skip(1);
        let pairs = points.iter().zip(next);
        pairs.map(|(a, b)| a.0 * b.1 - a.1 * b.0).sum()
    }

    #[test]
    fn a_circle_is_outlined_by_one_ring_at_its_radius() {
        let circle = outline(81, |x, y| 1.0 - x * x - y * y);
        assert_eq!(circle.rings.len(), 1);
        for ((x, y), is_on_edge) in &circle.rings[0] {
            assert!((x.hypot(*y) - 1.0).abs() < 1e-3 && !is_on_edge);
        }
        let lines = circle.lines();
        assert_eq!((lines.len(), lines[0].len()), (1, circle.rings[0].len()));
        assert!((doubled_area(&circle.polygon()) / 2.0 - std::f64::consts::PI).abs() < 0.01);
    }

    #[test]
    fn a_ring_has_a_hole_and_its_polygon_leaves_it_out() {
        let ring = outline(81, |x, y| 0.5 - (x.hypot(y) - 1.0).abs());
        assert_eq!(ring.rings.len(), 2);
        let exact = std::f64::consts::PI * (1.5_f64.powi(2) - 0.5_f64.powi(2));
        assert!((doubled_area(&ring.polygon()) / 2.0 - exact).abs() < 0.02);
    }

    #[test]
    fn a_half_plane_is_closed_along_the_edge_and_has_one_line() {
        let half = outline(5, |x, _| x - 0.5);
        assert_eq!(half.rings.len(), 1);
        assert!((doubled_area(&half.polygon()) / 2.0 - 1.5 * 4.0).abs() < 1e-6);
        let lines = half.lines();
        assert_eq!(lines.len(), 1);
        let on_the_line = lines[0].iter().all(|(x, _)| (x - 0.5).abs() < 1e-6);
        assert!(on_the_line, "{lines:?}");
        let height = lines[0].first().unwrap().1 - lines[0].last().unwrap().1;
        assert!((height.abs() - 4.0).abs() < 1e-6);
    }

    #[test]
    fn opposite_corners_are_kept_apart_and_nothing_has_no_outline() {
        assert_eq!(outline(2, |x, y| x * y).rings.len(), 2);
        assert_eq!(outline(5, |_, _| -1.0), Outline::default());
        let whole = outline(5, |_, _| 1.0);
        assert!(whole.lines().is_empty());
        assert!((doubled_area(&whole.polygon()) / 2.0 - 16.0).abs() < 1e-6);
        // What diverged is nowhere positive.
        assert_eq!(outline(5, |_, _| f32::NAN), Outline::default());
    }
}
