// The generic body in three dimensions, with pictures on its surface. Loaded only when it is asked
// for; drawn only when something moves, so that it costs nothing beside the live picture.
import {
  AmbientLight, BufferAttribute, BufferGeometry, CapsuleGeometry, Color, DirectionalLight, DoubleSide, Group,
  type Material, Mesh, MeshBasicMaterial, MeshLambertMaterial, type Object3D, PerspectiveCamera, Scene, SphereGeometry,
  SRGBColorSpace, Vector3, WebGLRenderer,
} from "three";
import type { PatchOut } from "../../../api/types";
import type { Span } from "../chart/scale";
import { cividis, edgesOf, shareOf } from "./colours";
import { FLATNESS, halfWidthM, shellM, sideOf } from "./figure";

export interface BodyView {
  readonly show: (patches: readonly PatchOut[], span: Span) => void;
  readonly turn: (aroundRad: number, upRad: number) => void;
  readonly zoom: (factor: number) => void;
  readonly face: (aroundRad: number) => void;
  readonly resize: () => void;
  readonly close: () => void;
}

const OFF_M = 0.012; // a picture lies a little before the surface, or the two would flicker
const BODY_COLOUR = "#a9b7c5"; // apart from both ends of the scale, on light ground and on dark
const UP_MOST = 1.2;
const MIDDLE_M = 1.15; // what the eye looks at: the trunk
const AWAY_M = 2.3;

/** Build the view in an element; null where the browser has no WebGL. */
export function openBody(host: HTMLElement): BodyView | null {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2", { antialias: true, alpha: true }) ?? null;
  if (context === null) return null;
  const renderer = new WebGLRenderer({ canvas, context });
  renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
  renderer.domElement.setAttribute("aria-hidden", "true");
  host.append(renderer.domElement);
  const scene = new Scene();
  const camera = new PerspectiveCamera(32, 1, 0.1, 20);
  const skin = new MeshLambertMaterial({ color: new Color(BODY_COLOUR), side: DoubleSide });
  scene.add(genericBody(skin), new AmbientLight(0xffffff, 1.6), light(2, 3, 3), light(-2, 2, -3));
  const pictures = new Group();
  scene.add(pictures);
  let around = 0.5;
  let up = 0.15;
  let away = AWAY_M;
  let asked = 0;

  const draw = (): void => {
    asked = 0;
    const level = away * Math.cos(up);
    camera.position.set(level * Math.sin(around), MIDDLE_M + away * Math.sin(up), level * Math.cos(around));
    camera.lookAt(new Vector3(0, MIDDLE_M, 0));
    renderer.render(scene, camera);
  };
  const soon = (): void => {
    if (asked === 0) asked = requestAnimationFrame(draw);
  };
  const resize = (): void => {
    const { clientWidth, clientHeight } = host;
    if (clientWidth === 0 || clientHeight === 0) return;
    renderer.setSize(clientWidth, clientHeight);
    camera.aspect = clientWidth / clientHeight;
    camera.updateProjectionMatrix();
    soon();
  };
  resize();
  return {
    show: (patches, span) => {
      empty(pictures);
      for (const patch of patches) pictures.add(surfaceOf(patch, span));
      soon();
    },
    turn: (aroundRad, upRad) => {
      around += aroundRad;
      up = Math.max(-UP_MOST, Math.min(up + upRad, UP_MOST));
      soon();
    },
    zoom: (factor) => {
      away = Math.max(0.7, Math.min(away * factor, 5));
      soon();
    },
    face: (aroundRad) => {
      [around, up, away] = [aroundRad, 0.1, AWAY_M];
      soon();
    },
    resize,
    close: () => {
      cancelAnimationFrame(asked);
      empty(pictures);
      empty(scene);
      skin.dispose();
      renderer.dispose();
      renderer.forceContextLoss(); // a browser has few of them
      renderer.domElement.remove();
    },
  };
}

function light(x: number, y: number, z: number): DirectionalLight {
  const one = new DirectionalLight(0xffffff, 1.3);
  one.position.set(x, y, z);
  return one;
}

/** The same for everybody: a trunk of ellipses, a head, arms and legs of capsules. */
function genericBody(skin: Material): Object3D {
  const body = new Group();
  body.add(new Mesh(trunk(), skin));
  const head = new Mesh(new SphereGeometry(0.11, 24, 18), skin);
  head.scale.set(0.78, 1.15, 0.95);
  head.position.set(0, 1.625, 0);
  body.add(head);
  for (const side of [-1, 1]) {
    body.add(limb(skin, [side * 0.2, 1.36, 0], [side * 0.295, 0.78, 0.03], 0.042));
    body.add(limb(skin, [side * 0.09, 0.86, 0], [side * 0.085, 0.12, 0], 0.068));
    body.add(limb(skin, [side * 0.085, 0.05, -0.03], [side * 0.1, 0.045, 0.13], 0.042));
  }
  return body;
}

function limb(skin: Material, from: [number, number, number], to: [number, number, number], radiusM: number): Mesh {
  const [a, b] = [new Vector3(...from), new Vector3(...to)];
  const mesh = new Mesh(new CapsuleGeometry(radiusM, a.distanceTo(b), 6, 18), skin);
  mesh.position.copy(a).add(b).multiplyScalar(0.5);
  mesh.quaternion.setFromUnitVectors(new Vector3(0, 1, 0), b.sub(a).normalize());
  return mesh;
}

function trunk(): BufferGeometry {
  const [low, high, nUp, nAround] = [0.82, 1.52, 40, 40];
  const places: number[] = [];
  const rows: number[] = [];
  for (let row = 0; row <= nUp; row += 1) {
    const height = low + ((high - low) * row) / nUp;
    const half = halfWidthM(height);
    for (let column = 0; column <= nAround; column += 1) {
      const angle = (2 * Math.PI * column) / nAround;
      places.push(half * Math.sin(angle), height, FLATNESS * half * Math.cos(angle));
      if (row === nUp || column === nAround) continue;
      const at = row * (nAround + 1) + column;
      rows.push(at, at + 1, at + nAround + 1, at + 1, at + nAround + 2, at + nAround + 1);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(places), 3));
  geometry.setIndex(rows);
  geometry.computeVertexNormals();
  return geometry;
}

/** A picture on the surface: one small square for each cell that the sensor saw. */
function surfaceOf(patch: PatchOut, span: Span): Mesh {
  const across = edgesOf(patch.across_m);
  const up = edgesOf(patch.height_m);
  const side = sideOf(patch.zone);
  const places: number[] = [];
  const colours: number[] = [];
  const shade = new Color();
  const corner = (u: number, z: number): void => {
    // What lies behind the back stands upright behind it; the rest follows the surface.
    if (side === "side") places.push(0, z, -u);
    else places.push(u, z, (side === "back" ? -1 : 1) * (shellM(u, z) + OFF_M));
  };
  patch.values.forEach((row, z) =>
    row.forEach((value, u) => {
      if (value === null) return;
      const [u0, u1, z0, z1] = [across[u] ?? 0, across[u + 1] ?? 0, up[z] ?? 0, up[z + 1] ?? 0];
      for (const [one, other] of [[u0, z0], [u1, z0], [u1, z1], [u0, z0], [u1, z1], [u0, z1]] as const) corner(one, other);
      const [red, green, blue] = cividis(shareOf(value, span));
      shade.setRGB(red / 255, green / 255, blue / 255, SRGBColorSpace);
      for (let n = 0; n < 6; n += 1) colours.push(shade.r, shade.g, shade.b);
    }),
  );
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(places), 3));
  geometry.setAttribute("color", new BufferAttribute(new Float32Array(colours), 3));
  return new Mesh(geometry, new MeshBasicMaterial({ vertexColors: true, side: DoubleSide }));
}

function empty(group: Object3D): void {
  group.traverse((one) => {
    if (one instanceof Mesh) {
      (one.geometry as BufferGeometry).dispose();
      if (one.material instanceof MeshBasicMaterial) one.material.dispose();
    }
  });
  group.clear();
}
