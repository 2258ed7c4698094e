package dev.statecraft.http.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCheckTest {

    private static byte[] bytes(String body) {
        return body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] body) {
        return quoted(new String(body, StandardCharsets.UTF_8));
    }

    private static String quoted(String body) {
        return body.replace('"', '\'');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':1.0}                                | {'a':1}",
                "{'a': [1e2, -0.0, 1.50, 'x1.0'] , 'b':1} | {'a': [100, 0, 1.50, 'x1.0'] , 'b':1}",
                "[10e-1,{'ключ😀':2.0}]                   | [1,{'ключ😀':2}]",
                "5.0                                      | 5",
                "[]                                       | {}"
            })
    void wholeNumbers_becomeIntegers(String body, String checked) {
        assertEquals(checked, text(JsonCheck.checked(bytes(body))));
        assertEquals(checked, quoted(JsonCheck.checkedItems(bytes(body)).body()));
    }

    @Test
    void numbers_areReplacedAtTheirPositions() {
        String many = "{'a':1.0,'text':'😀','b':[2.50,3e1]},".repeat(10_000);
        String body = "{'x':[" + many + "{}]}";
        String wanted = body.replace("1.0", "1").replace("3e1", "30");
        assertEquals(wanted, quoted(JsonCheck.checkedItems(bytes(body)).body()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'v':1e400}                   | s[1].v",
                "{'v':{'w':[0,1e-500]}}        | s[1].v.w[1]",
                "{'v':1,'v':2}                 | s[1].v",
                "{'v':'\\ud800'}               | s[1].v",
                "{'v':9007199254740992,'w':1.0}| s[1].v",
                "{'w':1.0,'v':9007199254740992}| s[1].v",
                "1e400                         | s[1]",
                "'\\udc00'                     | s[1]",
                "[2e0,1e400]                   | s[1][1]",
            })
    void malformedItem_hasItsOwnProblem(String item, String field) {
        JsonCheck.Checked checked = JsonCheck.checkedItems(bytes("{'s':[{'v':1.0}," + item + ",{'v':2.0}],'n':3.0}"));
        assertEquals("{'s':[{'v':1},null,{'v':2}],'n':3}", quoted(checked.body()));
        assertEquals(1, checked.faults().size());
        JsonCheck.Fault fault = checked.faults().get(0);
        assertEquals("s", fault.list());
        assertEquals(1, fault.index());
        assertEquals(field, fault.problem().field());
    }

    @Test
    void tooDeepOrTooLargeItem_hasItsOwnProblem() {
        String deep = "{'v':" + "[".repeat(5_000) + "]".repeat(5_000) + "}";
        String large = "{'v':[" + "1,".repeat(200_000) + "1]}";
        String longName = "{'" + "x".repeat(60_000) + "':1}";
        JsonCheck.Checked checked =
                JsonCheck.checkedItems(bytes("{'s':[" + deep + ",{}," + large + "," + longName + ",{}]}"));
        assertEquals("{'s':[null,{},null,null,{}]}", quoted(checked.body()));
        assertEquals(
                List.of(0, 2, 3),
                checked.faults().stream().map(JsonCheck.Fault::index).collect(Collectors.toList()));
    }

    @Test
    void malformedItem_keepsItsStringFields() {
        JsonCheck.Checked checked =
                JsonCheck.checkedItems(bytes("{'s':[{'id':'a','state':{'x':1e400,'id':'inner'},'space':'b'}]}"));
        assertEquals(Map.of("id", "a", "space", "b"), checked.faults().get(0).texts());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'s':[{}],'s':[{}]}",
                "{'s':[{}],'n':1e400}",
                "{'s':[{},{'v':]}",
                "{'s':[{}]} x",
                "{'s':[{'v':1e400}",
                "{'o':{'s':[1e400]}}",
                "[[1e400]]",
                "null",
                ""
            })
    void faultOutsideOfItems_rejectsTheBody(String body) {
        Problem problem = assertThrows(ProblemException.class, () -> JsonCheck.checkedItems(bytes(body)))
                .problem();
        assertEquals(400, problem.status());
    }

    @Test
    void faultInAnyOtherBody_rejectsTheBody() {
        assertThrows(ProblemException.class, () -> JsonCheck.checked(bytes("{'s':[{'v':1e400}]}")));
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        ProblemException tooDeep = assertThrows(ProblemException.class, () -> JsonCheck.checked(bytes(deep)));
        assertTrue(Objects.requireNonNull(tooDeep.problem().detail()).contains("deeper"));
        assertThrows(ProblemException.class, () -> JsonCheck.checkedItems(bytes("{'s':[" + deep + "]}")));
    }
}
