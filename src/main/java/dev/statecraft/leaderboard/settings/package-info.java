/**
 * The settings of a board: values, validation and stored form. Also the configuration of leaderboards.
 *
 * <p>{@link BoardRequest} validates every setting of a request, and the other packages rely on this validation. All
 * values are immutable. No class of the package accesses DynamoDB.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>{@link Score}, {@link Order}, {@link Operator}, {@link RankingType} and {@link Ranking}: how scores are compared,
 *       changed and ranked.
 *   <li>{@link BoardSettings} with its parts {@link Terms}, {@link ResetSchedule}, {@link Bounds}, {@link Reward},
 *       {@link Tier} and {@link EntitySource}. {@link Bound} names a violated limit.
 *   <li>{@link BoardRequest} with {@link RatingRequest}: validates requests. {@link SettingFields} checks single fields,
 *       {@link FloatNoise} removes floating-point noise, and {@link BoardClearRequest} resets settings to defaults.
 *   <li>{@link SettingsItems} and {@link RatingSettingsItems}: the stored form. {@link MetadataJson} converts metadata.
 *   <li>{@link LeaderboardConfig}: limits and defaults of a deployment.
 * </ol>
 */
@NullMarked
package dev.statecraft.leaderboard.settings;

import org.jspecify.annotations.NullMarked;
