import { describe, expect, test } from "vitest";
import { filePath, pathOfFile, resolveLink, sitePath } from "../../src/site/urls.ts";

const ORIGIN = "http://a.test";
const link = (href: string, base = "http://a.test/docs/page.html"): string | undefined =>
  resolveLink(href, base, ORIGIN);

describe("a link", () => {
  test.each([
    ["next.html", "/docs/next.html"],
    ["../up.html", "/up.html"],
    ["../../../above.html", "/above.html"],
    ["/a/./b/../c.html", "/a/c.html"],
    ["#part", "/docs/page.html"],
    ["other.html#part", "/docs/other.html"],
    ["", "/docs/page.html"],
    ["?b=2&a=1", "/docs/page.html?b=2&a=1"],
    ["x.html?", "/docs/x.html"],
    ["HTTP://A.TEST:80/x.html", "/x.html"],
    ["//a.test/x.html", "/x.html"],
    ["  spaced.html\n", "/docs/spaced.html"],
    ["a b.html", "/docs/a%20b.html"],
    ["%7euser/%c3%a9.html", "/docs/~user/%C3%A9.html"],
    ["é.html", "/docs/%C3%A9.html"],
    ["100%.html", "/docs/100%25.html"],
    ["a%2fb.html", "/docs/a%2Fb.html"],
    ["index.html", "/docs/"],
    ["/index.html?x=1", "/?x=1"],
    ["notindex.html", "/docs/notindex.html"],
  ])("%j within the site leads to %j", (href, path) => {
    expect(link(href)).toBe(path);
  });

  test.each([
    ["https://a.test/", "https://a.test/"],
    ["http://a.test:8080/x#y", "http://a.test:8080/x"],
    ["http://www.a.test/", "http://www.a.test/"],
    ["//b.test", "http://b.test/"],
  ])("%j leads out of the site", (href, url) => {
    expect(link(href)).toBe(url);
  });

  test.each(["mailto:a@b.c", "javascript:void 0", "data:text/html,x", "http://", "tel:1"])(
    "%j is no web address",
    (href) => {
      expect(link(href)).toBeUndefined();
    },
  );

  test("is told from its base, and in or out of the site from the site", () => {
    expect(link("x.html", "http://b.test/y/")).toBe("http://b.test/y/x.html");
    expect(link("http://a.test/x.html", "http://b.test/y/")).toBe("/x.html");
  });

  test("has one spelling, also when it is spelled again", () => {
    for (const path of ["/%%34%31", "/%2541", "/a%2fb?q=%7e%", "/a//b/", "/%2e%2e/x"]) {
      const once = sitePath(new URL(path, ORIGIN));
      expect(sitePath(new URL(once, ORIGIN))).toBe(once);
    }
  });
});

describe("the file of a path", () => {
  test.each([
    ["/", "index.html"],
    ["/a.html", "a.html"],
    ["/a/b/c.svg", "a/b/c.svg"],
    ["/a/", "a/index.html"],
    ["/a", "a%7E"],
    ["/v1.2/x.html", "v1%2E2/x.html"],
    ["/.harvest/db", "%2Eharvest/db%7E"],
    ["/.harvest", "%2Eharvest%7E"],
    ["/a//b.html", "a/%2E/b.html"],
    ["/a%20b.html", "a%20b.html"],
    ["/x.html?q=a/b&c", "x.html%3Fq=a%2Fb&c"],
    ["/x.html%3Fq", "x.html%253Fq"],
    ["/?q", "index.html%3Fq"],
    ["/a%2Fb.html", "a%252Fb.html"],
    ["/..%2F..%2Fetc/passwd", "%2E%2E%252F%2E%2E%252Fetc/passwd%7E"],
    ["/C:/x|y.txt", "C%3A/x%7Cy.txt"],
  ])("%j is %j", (path, file) => {
    expect(filePath(path)).toBe(file);
    expect(pathOfFile(file)).toBe(path);
  });

  test("is cut into folders when its name is too long for a disk", () => {
    const path = `/${"x".repeat(450)}.html?${"y".repeat(300)}`;
    const parts = filePath(path).split("/");
    expect(parts.map((part) => part.length)).toEqual([203, 203, 203, 158]);
    expect(pathOfFile(parts.join("/"))).toBe(path);
  });

  test("is another for every other path, and never a folder of another", () => {
    // Every path of up to five pieces, of those that a scheme of names could mistake for one another.
    const pieces = ["a", ".", "/", "?", "%2F", "%3F", "%25", "%20", ":", "2E", "x".repeat(199)];
    const paths = new Set<string>();
    const grow = (path: string, left: number): void => {
      if (URL.canParse(path, ORIGIN)) paths.add(sitePath(new URL(ORIGIN + path)));
      if (left > 0) for (const piece of pieces) grow(path + piece, left - 1);
    };
    grow("/", 4);
    const files = new Set<string>();
    const folders = new Set<string>();
    for (const path of paths) {
      const file = filePath(path);
      if (pathOfFile(file) !== path) expect(pathOfFile(file)).toBe(path);
      const parts = file.split("/");
      if (parts.some((part) => !/^[\w~!$&'()+,;=@%-][\w.~!$&'()+,;=@%-]{0,202}$/.test(part)))
        expect(file).toBe("a safe name");
      files.add(file);
      for (let depth = 1; depth < parts.length; depth++) folders.add(parts.slice(0, depth).join("/"));
    }
    expect(paths.size).toBeGreaterThan(8000);
    expect(files.size).toBe(paths.size);
    expect([...folders].filter((folder) => files.has(folder))).toEqual([]);
    expect([...folders].filter((folder) => folder.startsWith("."))).toEqual([]); // so that .harvest is nobody's
  });
});
