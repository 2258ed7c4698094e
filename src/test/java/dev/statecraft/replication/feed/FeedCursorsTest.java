package dev.statecraft.replication.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.http.Ids;
import dev.statecraft.replication.state.SpaceChecksum;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the conversion of cursors, and the rejection of forged cursors. */
class FeedCursorsTest {

    private static final String LONG = "x".repeat(1_100);

    private static String word(String json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.replace('\'', '"').replace("LONG", LONG).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void writtenCursorsAreParsed() {
        FeedCursor emptyCursor = new FeedCursor("arena", "", 0, 1, "", 0);
        FeedCursor going = new FeedCursor("a.b:c@d-e_f", "8d0c-11", 7, 1_764_000_000_000L, "x".repeat(128), 9);
        assertEquals(Optional.of(emptyCursor), FeedCursors.readSpace(FeedCursors.write(emptyCursor), Ids::isId));
        assertEquals(Optional.of(going), FeedCursors.readSpace(FeedCursors.write(going), Ids::isId));
        Map<String, PlayerFeed.Position> spaces = new TreeMap<>();
        spaces.put("arena", new PlayerFeed.Position("", 0));
        spaces.put("lobby", new PlayerFeed.Position("8d0c-11", 4));
        PlayerFeed.Cursor player = new PlayerFeed.Cursor("ada", 1, 2, 3, 4, SpaceChecksum.EMPTY, spaces);
        assertEquals(Optional.empty(), FeedCursors.readPlayer(FeedCursors.write(player), Ids::isId, 1));
        assertEquals(Optional.of(player), FeedCursors.readPlayer(FeedCursors.write(player), Ids::isId, 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "['space', 'a#b', '', 0, 1, '', 0]",
                "['space', '', '', 0, 1, '', 0]",
                "['space', 'LONG', '', 0, 1, '', 0]",
                "['space', 'arena', 'LONG', 0, 1, '', 0]",
                "['space', 'arena', 'a#b', 0, 1, '', 0]",
                "['space', 'arena', 'e', 0, 1, 'LONG', 0]",
                "['space', 'arena', 'e', 0, 1, 'a#b', 0]",
                "['space', 'arena', 'e', 9223372036854775807, 1, '', 0]",
                "['space', 'arena', 'e', 0, 9007199254740992, '', 0]",
                "['space', 'arena', 'e', -1, 1, '', 0]",
                "['space', 'arena', 'e', 1.5, 1, '', 0]",
                "['space', 'arena', 'e', 0, 1, '', 9223372036854775807]"
            })
    void forgedSpaceCursorIsRejected(String json) {
        assertEquals(Optional.empty(), FeedCursors.readSpace(word(json), Ids::isId));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "['player', 'a#b', 0, 0, 0, 0, '00000000', []]",
                "['player', 'LONG', 0, 0, 0, 0, '00000000', []]",
                "['player', 'ada', 0, 0, 0, 9223372036854775807, '00000000', []]",
                "['player', 'ada', 0, 0, 0, 0, '00000000', [['a#b', '', 0]]]",
                "['player', 'ada', 0, 0, 0, 0, '00000000', [['', '', 0]]]",
                "['player', 'ada', 0, 0, 0, 0, '00000000', [['LONG', '', 0]]]",
                "['player', 'ada', 0, 0, 0, 0, '00000000', [['arena', 'LONG', 0]]]",
                "['player', 'ada', 0, 0, 0, 0, '00000000', [['arena', '', 9223372036854775807]]]"
            })
    void forgedPlayerCursorIsRejected(String json) {
        assertEquals(Optional.empty(), FeedCursors.readPlayer(word(json), Ids::isId, 2));
    }
}
