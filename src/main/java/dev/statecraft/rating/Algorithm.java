package dev.statecraft.rating;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Rating algorithms, by their names in the settings of a board. */
@Schema(name = "RatingAlgorithm")
public enum Algorithm {
    /** {@link Elo}. */
    ELO,
    /** {@link Glicko2}. */
    GLICKO2,
    /** {@link OpenSkill}. */
    OPENSKILL
}
