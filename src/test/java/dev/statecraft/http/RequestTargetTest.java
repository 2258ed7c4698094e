package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/?x",
                "/v1",
                "/v1/leaderboards/a:b@c-d_e.f",
                "/v1/leaderboards/a..b/players/..a",
                "/v1/leaderboards/a%2e%2e",
                "/v1/leaderboards/%61rena",
                "/v1/leaderboards/%C3%A9",
                "/v1/leaderboards/a%20b",
                "/v1/migrations/1.0.0+build/plan",
                "/v1/migrations/1.0.0%2Bbuild/plan",
                "/v1/entities/x?space=a%2Fb&x=../..//;",
                "/v1/leaderboards/a/entries?players=a,b&around[]=c",
                "/q/swagger-ui/",
                "/q/health/live",
                "http://localhost:8080",
                "http://localhost:8080/v1/x?y=http://z//",
                "https://localhost/v1/x"
            })
    void unambiguousTarget_isAccepted(String target) {
        assertEquals(Optional.empty(), RequestTarget.fault(target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "v1",
                "ftp://localhost/v1",
                "//",
                "//v1",
                "/v1/",
                "/v1//x",
                "/v1/x/",
                "/q//x",
                "/q/x//",
                "/dashboard/",
                "/.",
                "/..",
                "/...",
                "/v1/./x",
                "/v1/../x",
                "/v1/..",
                "/v1/%2e",
                "/v1/%2E%2e/x",
                "/v1/%2E.",
                "/v1/.%2e",
                "/v1/%252e%252e/x",
                "/v1/%25252e",
                "/v1/..%2fx",
                "/v1/a%2Fb",
                "/v1/a%252fb",
                "/v1/a%5cb",
                "/v1/a%5C..%5Cb",
                "/v1/a%255cb",
                "/v1/a\\b",
                "/v1/..\\b",
                "/v1/;",
                "/v1/x;a=b",
                "/v1/..;a=b",
                "/v1/..%3Ba=b",
                "/v1/%00",
                "/v1/a%0d%0ab",
                "/v1/a%7f",
                "/v1/a%c2%85",
                "/v1/%c0%ae%c0%ae",
                "/v1/%c0%af",
                "/v1/%ff",
                "/v1/%ed%a0%80",
                "/v1/%",
                "/v1/%2",
                "/v1/%zz",
                "/v1/%2g",
                "/v1/%+1",
                "/v1/a b",
                "/v1/a#b",
                "/v1/\u00e9",
                "/v1/{board}",
                "/v1/x?%",
                "/v1/x?a=%zz",
                "/v1/x?a=%ff",
                "/v1/x?a={b}",
                "/v1/x?a=b#c",
                "http://localhost/v1/../x",
                "http://localhost//v1",
                "http://localhost/v1/"
            })
    void ambiguousTarget_isRejected(String target) {
        assertTrue(RequestTarget.fault(target).isPresent());
    }

    @Test
    void path_isReturnedAsSent() {
        assertEquals(Optional.of("/v1/a%3Ab"), RequestTarget.path("/v1/a%3Ab?c=/d"));
        assertEquals(Optional.of("/v1"), RequestTarget.path("http://a/v1?b"));
        assertEquals(Optional.of("/"), RequestTarget.path("http://a?b"));
        assertEquals("c=/d?e", RequestTarget.query("/v1?c=/d?e"));
    }
}
