package dev.statecraft.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaddedNumberTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 1234567890123L, Long.MAX_VALUE, -1, -10, Long.MIN_VALUE})
    void isWhatFormatGives(long number) {
        for (int digits : new int[] {1, 2, 10, 13, 16, 25}) {
            assertEquals(String.format(Locale.ROOT, "%0" + digits + "d", number), PaddedNumber.of(number, digits));
        }
    }
}
