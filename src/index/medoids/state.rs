//! The medoids of the moment, and what an exchange would bring.

use super::Medoids;
use super::matrix::Pairs;
use std::io;

/// Which medoids a row is near, as positions in the list of medoids.
#[derive(Debug, Clone, Copy)]
struct Near {
    first: u32,
    second: u32,
    to_first: f32,
    /// Infinite when there is one medoid only.
    to_second: f32,
}

/// Medoids, the distances from them to all rows, and what follows from those.
pub(super) struct State {
    n: usize,
    medoids: Vec<u32>,
    is_medoid: Vec<bool>,
    /// From every medoid to a row, row by row: what is searched when a row loses its medoid.
    to_row: Vec<f32>,
    near: Vec<Near>,
    /// What the loss would rise by if a medoid went and none came.
    removal: Vec<f64>,
    loss: f64,
    /// The sum of the magnitudes in `loss`: how much of a change is rounding.
    magnitude: f64,
}

/// Changes of the loss below this part of its terms are rounding.
const ROUNDING: f64 = 1e-10;

impl State {
    pub(super) fn new(pairs: &Pairs<'_>, medoids: Vec<u32>) -> io::Result<Self> {
        let (n, k) = (pairs.n(), medoids.len());
        let mut is_medoid = vec![false; n];
        let mut to_row = vec![0.0; n * k];
        let mut row = Vec::new();
        for (slot, &medoid) in medoids.iter().enumerate() {
            let medoid = medoid as usize;
            is_medoid[medoid] = true;
            pairs.read(medoid..medoid + 1, &mut row)?;
            for (to_row, &distance) in to_row.chunks_exact_mut(k).zip(&row) {
                to_row[slot] = distance;
            }
        }
        let near = to_row.chunks_exact(k).map(nearest_two).collect();
        let mut state = Self {
            n,
            medoids,
            is_medoid,
            to_row,
            near,
            removal: vec![0.0; k],
            loss: 0.0,
            magnitude: 0.0,
        };
        state.sum_up();
        Ok(state)
    }

    pub(super) fn n(&self) -> usize {
        self.n
    }

    pub(super) fn loss(&self) -> f64 {
        self.loss
    }

    /// The medoid whose place `candidate` should take, if that lowers the loss; `row` holds the
    /// candidate's distances to all rows.
    pub(super) fn weigh(&self, candidate: usize, row: &[f32]) -> Option<usize> {
        if self.is_medoid[candidate] {
            return None;
        }
        if self.medoids.len() == 1 {
            let loss: f64 = row.iter().map(|&distance| f64::from(distance)).sum();
            return (loss < self.loss - ROUNDING * self.magnitude).then_some(0);
        }
        // With the candidate as one more medoid the loss changes by `gain`. Then a medoid goes:
        // `changes[i]` is what that costs, its rows going to their second or to the candidate.
        let mut gain = 0.0;
        let mut changes = self.removal.clone();
        for (near, &distance) in self.near.iter().zip(row) {
            if distance >= near.to_second {
                continue;
            }
            let change = &mut changes[near.first as usize];
            if distance < near.to_first {
                gain += f64::from(distance) - f64::from(near.to_first);
                *change += f64::from(near.to_first) - f64::from(near.to_second);
            } else {
                *change += f64::from(distance) - f64::from(near.to_second);
            }
        }
        let slot = (0..changes.len()).min_by(|&a, &b| changes[a].total_cmp(&changes[b]))?;
        (gain + changes[slot] < -ROUNDING * self.magnitude).then_some(slot)
    }

    /// Puts `candidate` in the place of a medoid.
    pub(super) fn exchange(&mut self, slot: usize, candidate: usize, row: &[f32]) {
        let k = self.medoids.len();
        self.is_medoid[self.medoids[slot] as usize] = false;
        self.is_medoid[candidate] = true;
        self.medoids[slot] = candidate as u32;
        let rows = self.to_row.chunks_exact_mut(k).zip(&mut self.near);
        for ((to_row, near), &distance) in rows.zip(row) {
            to_row[slot] = distance;
            let concerns = near.first as usize == slot || near.second as usize == slot;
            if concerns || distance <= near.to_second {
                *near = nearest_two(to_row);
            }
        }
        self.sum_up();
    }

    /// Sums the loss and what each medoid is worth anew, so that no rounding gathers.
    fn sum_up(&mut self) {
        (self.loss, self.magnitude) = (0.0, 0.0);
        self.removal.fill(0.0);
        for near in &self.near {
            let to_first = f64::from(near.to_first);
            self.loss += to_first;
            self.magnitude += to_first.abs();
            self.removal[near.first as usize] += f64::from(near.to_second) - to_first;
        }
    }

    /// The result, medoids in ascending order of row.
    pub(super) fn finish(self, losses: Vec<f64>, converged: bool) -> Medoids {
        let mut slots: Vec<usize> = (0..self.medoids.len()).collect();
        slots.sort_by_key(|&slot| self.medoids[slot]);
        let mut position = vec![0; slots.len()];
        for (at, &slot) in slots.iter().enumerate() {
            position[slot] = at as u32;
        }
        // Of equally near medoids the lower row, whatever their places were.
        let k = slots.len();
        let labels = (self.to_row.chunks_exact(k).zip(&self.near))
            .map(|(to_row, near)| {
                let equal = (0..k).filter(|&slot| to_row[slot] == near.to_first);
                equal.map(|slot| position[slot]).min().unwrap_or(0)
            })
            .collect();
        Medoids {
            medoids: slots.iter().map(|&slot| self.medoids[slot]).collect(),
            labels,
            losses,
            converged,
        }
    }
}

/// The two nearest of the medoids at these distances; of equals the first.
fn nearest_two(distances: &[f32]) -> Near {
    let mut near = Near {
        first: 0,
        second: 0,
        to_first: f32::INFINITY,
        to_second: f32::INFINITY,
    };
    for (slot, &distance) in distances.iter().enumerate() {
        if distance < near.to_first {
            (near.second, near.to_second) = (near.first, near.to_first);
            (near.first, near.to_first) = (slot as u32, distance);
        } else if distance < near.to_second {
            (near.second, near.to_second) = (slot as u32, distance);
        }
    }
    near
}
