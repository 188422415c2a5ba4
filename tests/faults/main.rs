//! Breaks small sagas: at every boundary, where they must end well, and without each guard, where a law is broken.

mod crash_matrix;
mod guards;
mod journeys;
mod situations;
mod stories_of_faults;
