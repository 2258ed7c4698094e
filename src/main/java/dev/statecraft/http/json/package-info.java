/**
 * JSON bodies. {@code RequestBody} decompresses and limits a request body, {@code JsonCheck} validates it, and {@code
 * RequestJson} binds it. {@code BulkRequest} and {@code ItemList} process the items of a body independently. {@code
 * ResponseBody} writes responses.
 */
@NullMarked
package dev.statecraft.http.json;

import org.jspecify.annotations.NullMarked;
