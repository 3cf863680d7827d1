//! The product of matrices, by SIMD.
//!
//! Each element of a product is the sum over the inner index in its order, each term rounded before
//! it is added: what three plain loops give, to the last bit, on every target. Blocks and lanes only
//! change which elements are computed side by side.
//!
//! # Why not a crate
//! `matrixmultiply` 0.3 takes fused multiply-add where the processor has it (AVX2, NEON), so that its
//! bits differ between machines, and from a browser's; `gemm` and `faer` do the same, and bring much more
//! code. Natively that makes it three times as fast (90 against 33 GFLOP/s for 256 × 1024 × 1024). In the
//! browser, which is what counts, nothing is fused, and they are close (28 against 25 GFLOP/s there,
//! V8, optimised for size); its interface is of raw pointers, and this crate has no unsafe code.

use wide::bytemuck::cast;
use wide::f32x4;

/// A tile of the product has so many rows…
const ROWS: usize = 4;
/// …and so many vectors a row. Its eight sums, the two vectors of the right factor and one value of the
/// left one fit the 16 registers of x86-64, which is what a browser has, too.
const VECTORS: usize = 2;
const LANES: usize = 4;
const COLUMNS: usize = VECTORS * LANES;
/// So many terms are added at a time: the strip of the right factor, 8 KB, then stays in the
/// nearest cache.
const TERMS: usize = 256;

/// A tile's sums.
type Tile = [[f32x4; VECTORS]; ROWS];

/// A matrix, seen in a slice: row by row, or transposed.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    /// How far apart two rows are, and two columns.
    strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// The matrix with these values, row by row.
    ///
    /// # Panics
    /// Unless there are rows · columns values.
    #[must_use]
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert!(values.len() == rows * columns, "not the values of a matrix");
        Self {
            values,
            rows,
            columns,
            strides: [columns, 1],
        }
    }

    /// The same values with rows and columns exchanged. Nothing is copied.
    #[must_use]
    pub fn transposed(self) -> Self {
        let [row, column] = self.strides;
        Self {
            rows: self.columns,
            columns: self.rows,
            strides: [column, row],
            ..self
        }
    }
}

/// The product a·b, row by row, into `product`.
///
/// ```
/// use dropout_moments::network::{Matrix, multiply};
///
/// let a = Matrix::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3);
/// let mut product = [0.0; 4];
/// multiply(a, a.transposed(), &mut product);
/// assert_eq!(product, [14.0, 32.0, 32.0, 77.0]);
/// ```
///
/// # Panics
/// Unless a has as many columns as b has rows, and `product` has the room of a's rows times b's
/// columns.
///
/// # Precision
/// The sum of k terms is off by at most k·2⁻²⁴ of the sum of their magnitudes, and by about √k·2⁻²⁴ of
/// it where rounding goes up as often as down.
pub fn multiply(a: Matrix, b: Matrix, product: &mut [f32]) {
    product.fill(0.0);
    multiply_add(a, b, product);
}

/// Adds the product a·b to `sum`, which is given row by row: each element's terms are added to what
/// is there, in their order.
///
/// # Panics
/// As [`multiply`].
pub fn multiply_add(a: Matrix, b: Matrix, sum: &mut [f32]) {
    let (rows, columns) = (a.rows, b.columns);
    assert!(a.columns == b.rows, "factors that do not fit each other");
    assert!(sum.len() == rows * columns, "a product of another shape");
    let mut left = Vec::with_capacity(rows.div_ceil(ROWS) * a.columns.min(TERMS));
    let mut right = Vec::with_capacity(a.columns.min(TERMS));
    for first in (0..a.columns).step_by(TERMS) {
        let terms = TERMS.min(a.columns - first);
        left.clear();
        for row in (0..rows).step_by(ROWS) {
            pack(a, row, first, terms, &mut left);
        }
        for column in (0..columns).step_by(COLUMNS) {
            right.clear();
            pack(b.transposed(), column, first, terms, &mut right);
            for (index, left) in left.chunks_exact(terms).enumerate() {
                let row = index * ROWS;
                let part = &mut sum[row * columns + column..];
                let size = [ROWS.min(rows - row), COLUMNS.min(columns - column)];
                let mut tile = load(part, columns, size);
                add_terms(left, &right, &mut tile);
                store(&tile, part, columns, size);
            }
        }
    }
}

/// So many terms of up to `N` rows of a matrix, term by term; 0 beyond the last row.
fn pack<const N: usize>(
    matrix: Matrix,
    row: usize,
    first: usize,
    terms: usize,
    packed: &mut Vec<[f32; N]>,
) {
    let count = N.min(matrix.rows - row);
    let [row_stride, stride] = matrix.strides;
    let start = row * row_stride + first * stride;
    if row_stride == 1 && count == N {
        packed.extend((0..terms).map(|term| {
            let start = start + term * stride;
            let mut values = [0.0; N];
            values.copy_from_slice(&matrix.values[start..start + N]);
            values
        }));
        return;
    }
    let length = packed.len();
    packed.resize(length + terms, [0.0; N]);
    for index in 0..count {
        let values = matrix.values[start + index * row_stride..].iter();
        for (term, &value) in packed[length..].iter_mut().zip(values.step_by(stride)) {
            term[index] = value;
        }
    }
}

/// The innermost loop: for each term two vectors times four values.
fn add_terms(left: &[[f32; ROWS]], right: &[[f32; COLUMNS]], tile: &mut Tile) {
    // Eight names and no loop over them, so that they stay in registers when optimised for size, too.
    let [
        [mut s00, mut s01],
        [mut s10, mut s11],
        [mut s20, mut s21],
        [mut s30, mut s31],
    ] = *tile;
    for (&[a0, a1, a2, a3], &right) in left.iter().zip(right) {
        let [b0, b1]: [f32x4; VECTORS] = cast(right);
        let a = f32x4::new([a0, a0, a0, a0]);
        s00 += a * b0;
        s01 += a * b1;
        let a = f32x4::new([a1, a1, a1, a1]);
        s10 += a * b0;
        s11 += a * b1;
        let a = f32x4::new([a2, a2, a2, a2]);
        s20 += a * b0;
        s21 += a * b1;
        let a = f32x4::new([a3, a3, a3, a3]);
        s30 += a * b0;
        s31 += a * b1;
    }
    *tile = [[s00, s01], [s10, s11], [s20, s21], [s30, s31]];
}

/// A tile of `size` from the beginning of `part`, whose rows are `stride` apart.
fn load(part: &[f32], stride: usize, [rows, columns]: [usize; 2]) -> Tile {
    std::array::from_fn(|row| {
        let mut values = [0.0; COLUMNS];
        if row < rows {
            copy(&part[row * stride..], columns, &mut values);
        }
        cast(values)
    })
}

fn store(tile: &Tile, part: &mut [f32], stride: usize, [rows, columns]: [usize; 2]) {
    for (row, vectors) in tile.iter().take(rows).enumerate() {
        let values: [f32; COLUMNS] = cast(*vectors);
        copy(&values, columns, &mut part[row * stride..]);
    }
}

/// Copies the first so many values of a row; a whole row fast.
fn copy(from: &[f32], columns: usize, to: &mut [f32]) {
    if columns == COLUMNS {
        to[..COLUMNS].copy_from_slice(&from[..COLUMNS]);
    } else {
        to[..columns].copy_from_slice(&from[..columns]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Matrix<'_> {
        fn at(&self, row: usize, column: usize) -> f32 {
            self.values[row * self.strides[0] + column * self.strides[1]]
        }
    }

    /// Three plain loops: the oracle.
    fn plainly(a: Matrix, b: Matrix, sum: &mut [f32]) {
        for row in 0..a.rows {
            for column in 0..b.columns {
                for term in 0..a.columns {
                    sum[row * b.columns + column] += a.at(row, term) * b.at(term, column);
                }
            }
        }
    }

    /// Values whose sums round, from a congruential generator.
    fn values(count: usize, mut state: u32) -> Vec<f32> {
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            #[expect(clippy::cast_precision_loss, reason = "24 bits are exact")]
            let value = (state >> 8) as f32;
            value / 8_388_608.0 - 1.0
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn products_are_those_of_plain_loops_to_the_last_bit() {
        // Around the sizes of a tile and of a strip.
        let sizes = [1, 3, 4, 5, 7, 8, 9, 17];
        let mut shapes = Vec::new();
        for rows in sizes {
            for columns in sizes {
                shapes.extend([1, 2, 5, 30].map(|terms| [rows, terms, columns]));
            }
        }
        shapes.extend([[6, 255, 9], [4, 256, 8], [5, 257, 11], [3, 600, 10]]);
        for [rows, terms, columns] in shapes {
            let (a, b) = (values(rows * terms, 1), values(terms * columns, 2));
            let start = values(rows * columns, 3);
            // The same matrices, each stored row by row and column by column.
            let store = |matrix: Matrix| {
                let values = (0..matrix.columns)
                    .flat_map(|column| (0..matrix.rows).map(move |row| matrix.at(row, column)));
                values.collect::<Vec<_>>()
            };
            let a = Matrix::new(&a, rows, terms);
            let b = Matrix::new(&b, terms, columns);
            let (a_columns, b_columns) = (store(a), store(b));
            let a_other = Matrix::new(&a_columns, terms, rows).transposed();
            let b_other = Matrix::new(&b_columns, columns, terms).transposed();
            let mut expected = start.clone();
            plainly(a, b, &mut expected);
            for (a, b) in [(a, b), (a_other, b), (a, b_other), (a_other, b_other)] {
                let mut sum = start.clone();
                multiply_add(a, b, &mut sum);
                assert_eq!(bits(&sum), bits(&expected), "{rows} × {terms} × {columns}");
            }
        }
    }

    #[test]
    fn a_product_forgets_what_was_in_its_place() {
        let identity = [1.0, 0.0, 0.0, 1.0];
        let mut product = [7.0; 4];
        let a = Matrix::new(&[1.0, 2.0, 3.0, 4.0], 2, 2);
        multiply(a, Matrix::new(&identity, 2, 2), &mut product);
        assert_eq!(product, [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn empty_factors_have_an_empty_sum() {
        let mut product = [1.0; 6];
        multiply(Matrix::new(&[], 2, 0), Matrix::new(&[], 0, 3), &mut product);
        assert_eq!(product, [0.0; 6]);
        multiply(Matrix::new(&[], 0, 3), Matrix::new(&[], 3, 0), &mut []);
    }

    #[test]
    fn a_sum_of_many_terms_is_as_precise_as_is_said() {
        let terms = 1024;
        let (a, b) = (values(terms, 1), values(terms, 2));
        let mut product = [0.0];
        let row = Matrix::new(&a, 1, terms);
        multiply(row, Matrix::new(&b, terms, 1), &mut product);
        let exact = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b));
        let magnitude: f64 = exact.clone().map(f64::abs).sum();
        let error = (f64::from(product[0]) - exact.sum::<f64>()).abs();
        assert!(error < 32.0 * 2.0_f64.powi(-24) * magnitude, "{error:e}");
    }
}
